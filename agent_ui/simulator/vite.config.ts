import { pageConfig } from '../scripts/page'

export default pageConfig('simulator')
